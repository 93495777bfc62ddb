package config

// Hidden returns the configuration files that are not read because [Locate] comes
// upon another before them. A file that was named hides none: that was meant.
func Hidden(explicit string, env Env) []string {
	if path, _ := env.named(explicit); path != "" {
		return nil
	}
	var there []string
	for _, path := range Places(env) {
		if found, err := exists(path); found || err != nil {
			there = append(there, path)
		}
	}
	if len(there) == 0 {
		return nil
	}
	return there[1:]
}
