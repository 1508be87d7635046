"""What can be changed about a compose service, by the compose command and by its containers."""
