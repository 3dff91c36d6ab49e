"""Groups of trusts: a book of rules in which some trusts have levers of their own, for every engine alike."""
