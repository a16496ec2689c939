"""What workflow actions and agent tools do: answer at once, or have the record looked at and complete the waiting workflow afterwards."""
