"""From free text to contact reasons that can be trusted."""
