"""The central office: from wire to winner."""
