"""What other systems export: one module each, which makes of their users those of a batch."""
