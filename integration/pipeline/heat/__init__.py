"""The heat model of an account: its history read, the model trained and kept, records scored by it, and watched."""
