"""What can code do, and when does it run? Read from syntax trees and binaries; nothing is imported or run."""
