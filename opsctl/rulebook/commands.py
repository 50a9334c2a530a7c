"""opsctl rulebook"""
