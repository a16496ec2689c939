"""The portal's properties as they are now, and how a value becomes one that such a property takes."""
