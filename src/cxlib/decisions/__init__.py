"""What follows: how strong the evidence is, what to do first, and whether it worked."""
