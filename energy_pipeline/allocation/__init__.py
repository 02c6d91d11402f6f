"""Annexe 7: keys, the split of the production, the hypotheses that explain a published split."""
