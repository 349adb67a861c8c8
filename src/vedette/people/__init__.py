"""Who may ask the service for what: people with passwords and roles, tokens with scopes, sessions."""
