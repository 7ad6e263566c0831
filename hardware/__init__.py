"""Devices of a kiosk: printers, scanners, and the same without hardware; knows nothing of sales.

Read `printer`, `escpos`, `receipt_printer`, `ports`, `scans`, `keys`, `scanner`, `station`, then `glyphs`, `mechanism` and `virtual`.
"""
