"""One module per outside file: recognise and read it; bytes in, frames of the schema `landing` out."""
