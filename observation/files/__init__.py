"""Files of the record: tables of the shape of the open ones, their defects, and what they say with what error."""
