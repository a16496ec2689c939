"""From bytes to rows: what the file is, its encoding, its dialect, and every row with its line number. No I/O but the stream it is given."""
