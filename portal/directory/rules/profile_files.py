"""The files a profile names, by their keys. Pure."""

from portal.directory.values import Profile


def files_of(profile: Profile) -> frozenset[str]:
    named = [
        profile.logo,
        *(product.image for product in profile.products),
        *(document.file for document in profile.documents),
        *(picture.file for picture in profile.gallery),
        *(fact.document for fact in profile.facts),
    ]
    return frozenset(key for key in named if key)
