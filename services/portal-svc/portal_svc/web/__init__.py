"""What every page is made with: sessions, forms, texts, templates, headers."""
