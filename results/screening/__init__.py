"""The screen of constants: which of them move an answer of the model by more than its band."""
