"""The kiosk: sells raffle tickets with or without a network, from tap to wire."""
