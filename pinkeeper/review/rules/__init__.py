"""What should a reviewer look at? One file a rule; each only looks at material that was made before."""
