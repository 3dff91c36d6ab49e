"""The contract of a store: its format, digests and seal, on which those who write it and those who read it agree.

Nothing here imports another folder of Tredegar: sweeps write by this contract, results read by it.
"""
