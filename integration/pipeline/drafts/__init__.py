"""What people do with drafted sequences: edit, approve, reject, reopen; and approved steps as tasks in HubSpot, never as mail."""
