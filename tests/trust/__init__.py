"""The promises about people's values, held against a model of a few dozen lines."""
