package cli

import "kez.lat/kez/impl/go/home"

// home is KEZ_HOME. Nothing is made until something is kept there.
func (a *app) home() (*home.Home, error) {
	path, err := home.DefaultPath(a.env.Getenv)
	if err != nil {
		return nil, err
	}
	return home.Open(path)
}
