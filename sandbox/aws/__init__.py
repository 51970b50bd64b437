"""AWS on a laptop: ministack in this process, the patches this project needs, and a control endpoint."""
