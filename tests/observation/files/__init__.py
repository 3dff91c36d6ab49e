"""Tests of the files of the record: how they are read, judged and observed."""
