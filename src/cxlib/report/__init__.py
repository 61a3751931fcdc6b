"""What readers see: words, figures, outputs and pages. No row-level data reach this room."""
