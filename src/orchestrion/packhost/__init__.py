"""Finding integration packs and checking them."""
