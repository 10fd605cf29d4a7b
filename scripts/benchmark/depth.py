def run(options):
    return []
