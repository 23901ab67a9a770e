"""What an operator sees and is woken by: dashboards, alerts and objectives, all but their runbooks."""
