"""What people look at: pictures with their faces marked, and tables for the terminal."""
