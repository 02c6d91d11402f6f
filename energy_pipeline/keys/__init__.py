"""Keys that pay: propose distribution keys, compare them, write and check the files that carry them."""
