"""The services that this one is compared with, each as small as it can be."""
