"""Demo data of the simulator: real listed companies (MIT) and plainly synthetic contacts. See README.md for the licence."""
