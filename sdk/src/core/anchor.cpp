// A static library needs a source of its own.
