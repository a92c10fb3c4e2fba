"""Training: recipes as data, a loop that can be read in one sitting. Needs the extra ``train``."""
