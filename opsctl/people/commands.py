"""opsctl people"""
