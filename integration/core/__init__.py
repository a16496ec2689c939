"""Foundation without business words: settings, errors, time, secrets, logs, metrics, outbound HTTP."""
