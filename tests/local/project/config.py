from gnomon.loader import project_config

config = project_config(__file__)
