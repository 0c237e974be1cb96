"""What operators and marketers ask over HTTP. Closed unless there is a password, or the sandbox."""
