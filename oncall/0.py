import_hours(rain_stations(), UNTIL - timedelta(days=13), UNTIL); keep("until", UNTIL.isoformat()); print("hours there")
