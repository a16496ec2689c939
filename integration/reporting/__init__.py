"""What the pages tell about a portal as a whole: runs, counts, spend, what needs a person. Reads only; decides and changes nothing."""
