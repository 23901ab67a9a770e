"""What wrong logins cost those who are logged in: auth-svc under a flood of them."""
