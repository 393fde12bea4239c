"""The embedded stack behind `parvis demo`: everything a firm would otherwise provide itself."""
