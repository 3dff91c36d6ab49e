"""The pages of the claims: cards, one HTML page, docs/claims.md."""
