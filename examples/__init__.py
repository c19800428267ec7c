"""Uses of the product as its users would make them. Not part of the wheel."""
