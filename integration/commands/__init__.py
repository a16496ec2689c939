"""The sub-commands of `leadlight`, one module each: SUMMARY, add_arguments(parser), run(arguments, settings)."""
