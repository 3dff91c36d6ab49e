"""Shares of settings whose true effect holds, makes no difference or reverses, with chance taken out."""
