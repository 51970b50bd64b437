"""Code of the deployment, built without Docker into zips whose hash follows from their inputs."""
