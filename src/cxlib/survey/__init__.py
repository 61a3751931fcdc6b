"""What survey answers say: scores, and how sure they are."""
