SELECT published_at, pipeline_version FROM marts.publication
