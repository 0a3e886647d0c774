"""What the native engine compiles: C in fused tiles, made for one network and one size of batch."""
