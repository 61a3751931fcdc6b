"""cxlib: customer contact-point analysis (Kundenkontaktpunkt-Analyse)."""
