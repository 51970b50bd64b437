"""The deployment's code, built without Docker into zips whose hash depends only on their inputs."""
