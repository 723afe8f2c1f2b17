"""The packs that come with the product; each is found by its entry point, as anybody's is."""
